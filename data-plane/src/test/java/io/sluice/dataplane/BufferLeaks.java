package io.sluice.dataplane;

import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Fails the tests where a buffer was collected that nobody released, or what TLS has in native
 * memory. JUnit finds it by itself. A leak shows when the collector comes along: in the class that
 * leaked, a later one, or at the end.
 */
public final class BufferLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final long COLLECTOR_MILLIS_MAX = 60_000;
    private static final Namespace NAMESPACE = Namespace.create(BufferLeaks.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        watch(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        watch(context).check("in this class or one before");
    }

    private static Watch watch(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Watch.class, key -> new Watch(), Watch.class);
    }

    /** One for all classes; JUnit closes it behind the last. */
    private static final class Watch implements AutoCloseable {
        private final Queue<String> leaks = new ConcurrentLinkedQueue<>();
        private final Detectors detectors = new Detectors(leaks);

        private Watch() {
            ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(detectors);
            // Netty's class for buffers gets its detector now.
            ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + records));
        }

        void check(String where) {
            detectors.look();
            List<String> found = new ArrayList<>();
            for (String leak = leaks.poll(); leak != null; leak = leaks.poll()) {
                found.add(leak);
            }
            if (!found.isEmpty()) {
                throw new AssertionError(
                        found.size() + " leaked " + where + ": " + String.join("\n", found));
            }
        }

        @Override
        public void close() {
            collect();
            check("and were found at the end");
        }

        private static void collect() {
            var collected = new ReferenceQueue<Object>();
            var reference = new PhantomReference<>(new Object(), collected);
            System.gc();
            try {
                if (collected.remove(COLLECTOR_MILLIS_MAX) == null) {
                    throw new AssertionError("the collector did not come");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } finally {
                Reference.reachabilityFence(reference);
            }
        }
    }

    /** Makes a detector for each sort of thing that has to be released. */
    private static final class Detectors extends ResourceLeakDetectorFactory {
        private final Queue<String> leaks;
        private final Queue<ResourceLeakDetector<Object>> all = new ConcurrentLinkedQueue<>();

        Detectors(Queue<String> leaks) {
            this.leaks = leaks;
        }

        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long ignored) {
            ResourceLeakDetector<T> detector =
                    new ResourceLeakDetector<>(resource, samplingInterval);
            detector.setLeakListener((type, records) -> leaks.add(type + records));
            @SuppressWarnings("unchecked") // what it tracks is an object to it
            var any = (ResourceLeakDetector<Object>) detector;
            all.add(any);
            return detector;
        }

        /** Has each look for leaks, which it does where it has something new to track. */
        void look() {
            for (ResourceLeakDetector<Object> detector : all) {
                Object released = new Object();
                ResourceLeakTracker<Object> tracker = detector.trackForcibly(released);
                tracker.close(released);
            }
        }
    }
}

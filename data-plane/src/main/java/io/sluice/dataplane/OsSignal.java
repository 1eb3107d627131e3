package io.sluice.dataplane;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Signals of the operating system. The only way to a second SIGTERM or a SIGHUP is {@code
 * sun.misc.Signal}, a supported interface of module jdk.unsupported whose mere mention is a
 * compiler warning that cannot be suppressed; hence the method handles.
 */
final class OsSignal {
    private OsSignal() {}

    /**
     * Runs {@code task} on a thread of the JVM's whenever the process gets the signal, such as
     * TERM.
     */
    static void handle(String name, Runnable task) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            var run =
                    MethodHandles.dropArguments(
                            lookup.findVirtual(
                                            Runnable.class,
                                            "run",
                                            MethodType.methodType(void.class))
                                    .bindTo(task),
                            0,
                            signal);
            Object made =
                    lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                            .invoke(name);
            lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
                    .invoke(made, MethodHandleProxies.asInterfaceInstance(handler, run));
        } catch (Throwable e) {
            throw new IllegalStateException("signal " + name + " cannot be handled", e);
        }
    }
}

package io.sluice.it.harness;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/** Keep-alive clients that ask for one path again and again, and count what they get. */
public final class Load implements AutoCloseable {
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLongArray answeredEach;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> bodies = new TreeMap<>();
    private final List<Thread> clients = new ArrayList<>();

    /** Starts as many clients for each address. */
    public Load(List<InetSocketAddress> addresses, String path, int clientsEach) {
        answeredEach = new AtomicLongArray(addresses.size() * clientsEach);
        for (InetSocketAddress address : addresses) {
            for (int i = 0; i < clientsEach; i++) {
                int client = clients.size();
                clients.add(Thread.ofVirtual().start(() -> ask(client, address, path)));
            }
        }
    }

    private void ask(int number, InetSocketAddress address, String path) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n\r\n";
        try (RawClient client = new RawClient(address)) {
            while (going.get()) {
                String response = client.send(request).readResponse();
                if (!response.startsWith("HTTP/1.1 200 ")) {
                    failures.add(response);
                }
                String body = response.substring(response.indexOf("\r\n\r\n") + 4);
                synchronized (bodies) {
                    bodies.merge(body, 1L, Long::sum);
                }
                answeredEach.incrementAndGet(number);
                answered.incrementAndGet();
            }
        } catch (IOException e) {
            failures.add(e.toString());
        }
    }

    /** Waits for so many more answers. */
    public Load awaitAnswers(long more) {
        long goal = answered.get() + more;
        Await.until("answers under load", () -> answered.get() >= goal || !failures.isEmpty());
        return this;
    }

    /** Waits for each client's answer to what it may have asked before now. */
    public Load awaitPending() {
        int all = answeredEach.length();
        long[] before = IntStream.range(0, all).mapToLong(answeredEach::get).toArray();
        Await.until(
                "an answer for each client",
                () ->
                        IntStream.range(0, all).allMatch(i -> answeredEach.get(i) > before[i])
                                || !failures.isEmpty());
        return this;
    }

    /** Answers so far, by body; starts counting anew. */
    public Map<String, Long> takeBodies() {
        synchronized (bodies) {
            Map<String, Long> taken = new TreeMap<>(bodies);
            bodies.clear();
            return taken;
        }
    }

    /** Everything that was not a 200, and every connection that broke. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Lets each client finish the request it is at. */
    public void stop() {
        going.set(false);
        for (Thread client : clients) {
            try {
                client.join(Await.DEADLINE);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        stop();
    }
}

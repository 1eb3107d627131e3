package io.sluice.proto.options;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * What a daemon does on signals. The JVM's shutdown hooks are no match: they run once, and a second
 * signal waits for them.
 *
 * <p>By reflection (2026-11), since javac warns of sun.misc.Signal in a way that cannot be
 * silenced, and we build with -Werror. There is no supported way to hear of a signal.
 */
public final class Signals {
    private Signals() {}

    /**
     * On SIGTERM or SIGINT runs {@code first}, on each further one {@code further}; both must be
     * quick.
     */
    public static void handle(Runnable first, Runnable further) {
        Runnable once =
                new Runnable() {
                    private boolean seen;

                    @Override
                    public synchronized void run() {
                        if (seen) {
                            further.run();
                            return;
                        }
                        seen = true;
                        first.run();
                    }
                };
        handle("TERM", once);
        handle("INT", once);
    }

    /**
     * Runs the action on each signal of that name ({@code USR1}), on a thread of the JVM's.
     *
     * @return false where the system or the JVM does not let us
     */
    public static boolean handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                action.run();
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (InvocationTargetException e) {
            // The JVM keeps this signal to itself (-Xrs), or the system has none of that name.
            return false;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.Signal", e);
        }
    }
}

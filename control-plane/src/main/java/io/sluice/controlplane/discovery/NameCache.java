package io.sluice.controlplane.discovery;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes equal names of many nodes one object. Any thread. Forgets everything when full: names of
 * the past cost nothing for long.
 */
final class NameCache {
    private static final int NAMES_MAX = 100_000;

    private final ConcurrentHashMap<String, String> names = new ConcurrentHashMap<>();

    String of(String name) {
        String known = names.putIfAbsent(name, name);
        if (known != null) {
            return known;
        }
        if (names.size() > NAMES_MAX) {
            names.clear();
        }
        return name;
    }
}

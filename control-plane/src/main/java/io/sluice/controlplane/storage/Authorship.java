package io.sluice.controlplane.storage;

/** Who writes and why. */
record Authorship(String author, boolean authorVerified, String message) {}

package io.sluice.controlplane.fleet;

/**
 * How far a revision has come. Immutable.
 *
 * @param connected nodes with an open stream
 * @param active of these, the ones that serve it, with problems or without
 * @param rejected of these, the ones that refused it or from which it is held back
 */
public record Activation(long revision, int connected, int active, int rejected) {
    /** Whether every connected node has decided; also true with none connected. */
    public boolean settled() {
        return active + rejected == connected;
    }
}

package io.sluice.it.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A control plane, some nodes and upstreams, all below one directory and ended together. */
public final class TestFleet implements AutoCloseable {
    private final Path directory;
    private final ControlPlaneProcess controlPlane;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<AutoCloseable> others = new ArrayList<>();
    private final Ctl ctl;

    /** Starts the control plane and as many nodes, named node-1, node-2 ... */
    public TestFleet(Path directory, int nodes) {
        this.directory = directory;
        this.controlPlane = new ControlPlaneProcess(directory);
        this.ctl = new Ctl(directory, controlPlane.server());
        for (int n = 1; n <= nodes; n++) {
            addNode("node-" + n);
        }
    }

    /** Starts one more node. */
    public NodeProcess addNode(String name, String... options) {
        NodeProcess node = new NodeProcess(directory, name, controlPlane.grpc(), options);
        nodes.add(node);
        return node;
    }

    /** Starts an upstream that answers with this name. */
    public NamedUpstream upstream(String name) {
        return own(new NamedUpstream(name));
    }

    /** Ends it together with the fleet. */
    public <T extends AutoCloseable> T own(T other) {
        others.add(other);
        return other;
    }

    public ControlPlaneProcess controlPlane() {
        return controlPlane;
    }

    /** By number, from 1. */
    public NodeProcess node(int number) {
        return nodes.get(number - 1);
    }

    public List<NodeProcess> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    public Ctl ctl() {
        return ctl;
    }

    /** Applies and waits until every started node is active on it. */
    public Ctl.Result apply(String yaml) {
        return ctl.apply(yaml, "--nodes", Integer.toString(nodes.size()), "--timeout", "4m").ok();
    }

    @Override
    public void close() throws IOException {
        nodes.forEach(NodeProcess::close);
        controlPlane.close();
        for (AutoCloseable other : others) {
            try {
                other.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}

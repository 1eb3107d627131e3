package io.sluice.dataplane;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import java.util.List;

/** Met where a class uses a layer above its own, or one beside it; to be negated. */
final class UseOnlyLowerLayers extends ArchCondition<JavaClass> {
    private static final int NONE = -1;

    private final String root;
    private final List<List<String>> layers;

    UseOnlyLowerLayers(String root, List<List<String>> layers) {
        super("use a layer above or beside their own: " + layers);
        this.root = root;
        this.layers = layers;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        int own = layer(type);
        if (own == NONE) {
            return;
        }
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
            JavaClass target = dependency.getTargetClass();
            int used = layer(target);
            boolean upwards =
                    used != NONE
                            && (used < own || (used == own && !name(target).equals(name(type))));
            events.add(new SimpleConditionEvent(dependency, upwards, dependency.getDescription()));
        }
    }

    private int layer(JavaClass type) {
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i).contains(name(type))) {
                return i;
            }
        }
        return NONE;
    }

    private String name(JavaClass type) {
        if (!type.getPackageName().startsWith(root)) {
            return "";
        }
        return type.getPackageName().substring(root.length()).split("\\.", 2)[0];
    }
}

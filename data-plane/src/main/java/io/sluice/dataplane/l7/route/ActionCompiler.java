package io.sluice.dataplane.l7.route;

import com.google.protobuf.Duration;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.proto.DurationText;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.Redirect;
import io.sluice.proto.resource.v1.Reply;
import io.sluice.proto.resource.v1.Retry;
import io.sluice.proto.resource.v1.RetryOn;
import io.sluice.proto.resource.v1.RouteRule;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/** Compiles what a rule does. Defaults are those that route.proto states. Pure. */
final class ActionCompiler {
    private static final long RESPONSE_HEAD_NANOS = 60_000_000_000L;
    private static final long IDLE_NANOS = 300_000_000_000L;
    private static final int ATTEMPTS_MAX = 2;
    private static final int BUDGET_PERCENT = 20;
    private static final long BACKOFF_NANOS = 25_000_000L;
    private static final int REDIRECT_STATUS = 302;
    private static final int REPLY_STATUS = 200;

    private ActionCompiler() {}

    /** Null where an error was reported. */
    static @Nullable RouteAction compile(
            RouteRule rule, Function<String, @Nullable Cluster> clusters, Problems problems) {
        return switch (rule.getActionCase()) {
            case FORWARD -> forward(rule, clusters, problems.at("forward"));
            case REDIRECT -> redirect(rule.getRedirect());
            case REPLY -> reply(rule.getReply());
            case ACTION_NOT_SET -> {
                problems.reject("REQUIRED", "needs one of forward, redirect and reply");
                yield null;
            }
        };
    }

    private static @Nullable RouteAction forward(
            RouteRule rule, Function<String, @Nullable Cluster> clusters, Problems problems) {
        WeightedClusters split = split(rule.getForward(), clusters, problems);
        if (split == null) {
            return null;
        }
        ExchangeTimeouts timeouts =
                new ExchangeTimeouts(
                        nanos(
                                rule.getTimeouts().hasResponseHead(),
                                rule.getTimeouts().getResponseHead(),
                                RESPONSE_HEAD_NANOS),
                        nanos(
                                rule.getTimeouts().hasIdle(),
                                rule.getTimeouts().getIdle(),
                                IDLE_NANOS),
                        nanos(rule.getTimeouts().hasTotal(), rule.getTimeouts().getTotal(), 0),
                        nanos(rule.getTimeouts().hasPerTry(), rule.getTimeouts().getPerTry(), 0));
        return new RouteAction.Forward(split, timeouts, retry(rule.getRetry()));
    }

    private static @Nullable WeightedClusters split(
            Forward forward, Function<String, @Nullable Cluster> clusters, Problems problems) {
        if (forward.getSplitCount() == 0) {
            Cluster cluster = cluster(forward.getCluster(), clusters, problems.at("cluster"));
            return cluster == null ? null : WeightedClusters.only(cluster);
        }
        List<WeightedClusters.Share> shares = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < forward.getSplitCount(); i++) {
            Cluster cluster =
                    cluster(
                            forward.getSplit(i).getCluster(),
                            clusters,
                            problems.at("split", i).at("cluster"));
            if (cluster != null) {
                shares.add(new WeightedClusters.Share(cluster, forward.getSplit(i).getWeight()));
            }
            total += forward.getSplit(i).getWeight();
        }
        if (total == 0) {
            problems.at("split").reject("NO_WEIGHT", "all weights are 0");
            return null;
        }
        return shares.size() < forward.getSplitCount() ? null : WeightedClusters.of(shares);
    }

    private static @Nullable Cluster cluster(
            String name, Function<String, @Nullable Cluster> clusters, Problems problems) {
        Cluster cluster = clusters.apply(name);
        if (cluster == null) {
            problems.reject("MISSING_REFERENCE", "cluster \"" + name + "\" does not exist");
        }
        return cluster;
    }

    private static RetryPolicy retry(Retry retry) {
        int attemptsMax = retry.hasAttempts() ? retry.getAttempts() : ATTEMPTS_MAX;
        boolean onConnect =
                retry.getOnCount() == 0 || retry.getOnList().contains(RetryOn.RETRY_ON_CONNECT);
        return new RetryPolicy(
                attemptsMax,
                onConnect,
                retry.getOnList().contains(RetryOn.RETRY_ON_RESET),
                retry.getOnList().contains(RetryOn.RETRY_ON_TIMEOUT),
                bits(retry.getStatusesList()),
                bits(retry.getGrpcStatusesList()),
                retry.getAnyMethod(),
                retry.hasBudgetPercent() ? retry.getBudgetPercent() : BUDGET_PERCENT,
                nanos(retry.hasBackoff(), retry.getBackoff(), BACKOFF_NANOS));
    }

    private static BitSet bits(List<Integer> numbers) {
        BitSet bits = new BitSet();
        numbers.forEach(bits::set);
        return bits;
    }

    private static RouteAction redirect(Redirect redirect) {
        return new RouteAction.Redirect(
                redirect.hasStatus() ? redirect.getStatus() : REDIRECT_STATUS,
                redirect.getScheme(),
                redirect.getHost(),
                redirect.getPath());
    }

    private static RouteAction reply(Reply reply) {
        List<ReplyField> fields = new ArrayList<>();
        boolean typed = reply.getBody().isEmpty();
        for (var field : reply.getHeadersMap().entrySet()) {
            HeaderName name = HeaderName.of(field.getKey());
            typed |= name == HeaderName.CONTENT_TYPE;
            fields.add(new ReplyField(name, utf8(field.getValue())));
        }
        if (!typed) {
            fields.add(new ReplyField(HeaderName.CONTENT_TYPE, utf8("text/plain; charset=utf-8")));
        }
        return new RouteAction.Reply(
                reply.hasStatus() ? reply.getStatus() : REPLY_STATUS,
                utf8(reply.getBody()),
                List.copyOf(fields));
    }

    private static long nanos(boolean given, Duration duration, long defaultNanos) {
        return given ? DurationText.toNanos(duration) : defaultNanos;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package io.sluice.proto.resource.rules;

import io.sluice.proto.DurationText;
import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.SizeText;
import io.sluice.proto.resource.v1.ExchangeTimeouts;
import io.sluice.proto.resource.v1.Redirect;
import io.sluice.proto.resource.v1.Reply;
import io.sluice.proto.resource.v1.Retry;
import io.sluice.proto.resource.v1.RetryOn;
import io.sluice.proto.resource.v1.Rewrite;
import io.sluice.proto.resource.v1.RouteRule;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Checks of what a rule does, and of what may stand beside it. */
final class ActionRules {
    private static final Set<Integer> REDIRECT_STATUS = Set.of(301, 302, 303, 307, 308);

    private static final int RETRY_STATUSES_MAX = 100;
    private static final long BACKOFF_NANOS_MAX = 10_000_000_000L;

    private ActionRules() {}

    static void redirect(Redirect redirect, Problems problems) {
        if (redirect.hasStatus() && !REDIRECT_STATUS.contains(redirect.getStatus())) {
            problems.at("status")
                    .reject(
                            "OUT_OF_RANGE",
                            redirect.getStatus() + " is not one of 301, 302, 303, 307, 308");
        }
        String scheme = redirect.getScheme();
        if (!scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
            problems.at("scheme")
                    .reject("UNKNOWN_VALUE", Checks.quoted(scheme) + " is not http or https");
        }
        if (!redirect.getHost().isEmpty()) {
            Checks.authority(redirect.getHost(), problems.at("host"));
        }
        if (!redirect.getPath().isEmpty()) {
            PathRules.target(redirect.getPath(), problems.at("path"));
        }
        if (scheme.isEmpty() && redirect.getHost().isEmpty() && redirect.getPath().isEmpty()) {
            problems.reject(
                    "REQUIRED",
                    "needs at least one of scheme, host and path",
                    "without any, clients would be sent back to where they are");
        }
    }

    static void reply(Reply reply, Problems problems) {
        Checks.range(reply.hasStatus(), reply.getStatus(), 200, 599, problems.at("status"));
        int bytes = reply.getBody().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Limits.REPLY_BODY_BYTES_MAX) {
            problems.at("body")
                    .reject(
                            "TOO_LARGE",
                            "has "
                                    + bytes
                                    + " bytes, more than "
                                    + SizeText.format(Limits.REPLY_BODY_BYTES_MAX));
        }
        boolean bodiless = reply.getStatus() == 204 || reply.getStatus() == 304;
        if (bodiless && bytes > 0) {
            problems.at("body")
                    .reject(
                            "NOT_ALLOWED",
                            "a reply of status " + reply.getStatus() + " has no body");
        }
        HeaderRules.fields(reply.getHeadersMap(), false, problems.at("headers"));
    }

    static void besideForward(RouteRule rule, Problems problems) {
        timeouts(rule.getTimeouts(), problems.at("timeouts"));
        retry(rule.getRetry(), problems.at("retry"));
        HeaderRules.edits(rule.getRequestHeaders(), true, problems.at("requestHeaders"));
        if (rule.hasRewrite()) {
            rewrite(rule, problems.at("rewrite"));
        }
    }

    static void notBesideForward(RouteRule rule, Problems problems) {
        onlyForward(rule.hasTimeouts(), problems.at("timeouts"));
        onlyForward(rule.hasRetry(), problems.at("retry"));
        onlyForward(rule.hasRequestHeaders(), problems.at("requestHeaders"));
        onlyForward(rule.hasRewrite(), problems.at("rewrite"));
    }

    private static void onlyForward(boolean given, Problems problems) {
        if (given) {
            problems.reject("NOT_ALLOWED", "can be given beside forward only");
        }
    }

    private static void timeouts(ExchangeTimeouts timeouts, Problems problems) {
        Checks.duration(
                timeouts.hasResponseHead(),
                timeouts.getResponseHead(),
                0,
                problems.at("responseHead"));
        Checks.duration(timeouts.hasIdle(), timeouts.getIdle(), 0, problems.at("idle"));
        Checks.duration(timeouts.hasTotal(), timeouts.getTotal(), 0, problems.at("total"));
        Checks.duration(timeouts.hasPerTry(), timeouts.getPerTry(), 0, problems.at("perTry"));
    }

    private static void retry(Retry retry, Problems problems) {
        Checks.range(
                retry.hasAttempts(),
                retry.getAttempts(),
                1,
                Limits.RETRY_ATTEMPTS_MAX,
                problems.at("attempts"));
        List<String> on = retry.getOnList().stream().map(RetryOn::name).toList();
        Checks.unique(on, "value", problems.at("on"));
        statuses(retry.getStatusesList(), 400, 599, RETRY_STATUSES_MAX, problems.at("statuses"));
        statuses(retry.getGrpcStatusesList(), 1, 16, 16, problems.at("grpcStatuses"));
        Checks.range(
                retry.hasBudgetPercent(),
                retry.getBudgetPercent(),
                0,
                100,
                problems.at("budgetPercent"));
        Checks.duration(retry.hasBackoff(), retry.getBackoff(), 0, problems.at("backoff"));
        if (retry.hasBackoff() && DurationText.toNanos(retry.getBackoff()) > BACKOFF_NANOS_MAX) {
            problems.at("backoff").reject("OUT_OF_RANGE", "is longer than 10s");
        }
    }

    private static void statuses(
            List<Integer> statuses, int min, int max, int countMax, Problems problems) {
        Checks.count(statuses.size(), countMax, "statuses", problems);
        for (int i = 0; i < statuses.size(); i++) {
            Checks.range(true, statuses.get(i), min, max, problems.item(i));
        }
    }

    private static void rewrite(RouteRule rule, Problems problems) {
        Rewrite rewrite = rule.getRewrite();
        if (rewrite.getPrefix().isEmpty() && rewrite.getHost().isEmpty()) {
            problems.reject("REQUIRED", "needs prefix or host");
        }
        if (!rewrite.getHost().isEmpty()) {
            Checks.authority(rewrite.getHost(), problems.at("host"));
        }
        if (rewrite.getPrefix().isEmpty()) {
            return;
        }
        PathRules.path(rewrite.getPrefix(), problems.at("prefix"));
        boolean prefixes =
                RankedMatch.matches(rule).stream()
                        .allMatch(
                                match ->
                                        PathPattern.of(match.getPath())
                                                instanceof PathPattern.Prefix);
        if (!prefixes) {
            problems.at("prefix")
                    .reject(
                            "NOT_ALLOWED",
                            "the rule's path is not a prefix that could be replaced",
                            "match with path: { prefix: ... }");
        }
    }
}

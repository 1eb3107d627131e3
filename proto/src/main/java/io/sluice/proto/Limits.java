package io.sluice.proto;

/**
 * Bounds that more than one module knows. Those of a field also stand in its comment in the {@code
 * .proto} files.
 */
public final class Limits {
    private Limits() {}

    /** Characters of a resource's or rule's name. */
    public static final int NAME_CHARS_MAX = 63;

    /** Labels of one resource. */
    public static final int LABELS_MAX = 64;

    /** Idle connections of one cluster, per event loop and endpoint. */
    public static final int IDLE_CONNECTIONS_MAX = 10_000;

    /** Those of them that are opened ahead. */
    public static final int READY_CONNECTIONS_MAX = 100;

    /** Labels of one endpoint, one node or one node selector. */
    public static final int SMALL_LABELS_MAX = 32;

    /** Characters of a label's key. */
    public static final int LABEL_KEY_CHARS_MAX = 128;

    /** Characters of a label's value. */
    public static final int LABEL_VALUE_CHARS_MAX = 256;

    /** Errors, and as many warnings, kept of one input. */
    public static final int PROBLEMS_MAX = 1_000;

    /** Bytes of one text of resources: a file, a request body. */
    public static final int TEXT_BYTES_MAX = 32 * 1024 * 1024;

    /** Levels of mappings and lists in one text. */
    public static final int TEXT_DEPTH_MAX = 32;

    /** Mappings, lists and values in one text. */
    public static final int TEXT_NODES_MAX = 4_000_000;

    /** Resources in one text or change set. */
    public static final int RESOURCES_PER_TEXT_MAX = 100_000;

    /** Endpoints of one cluster. */
    public static final int ENDPOINTS_MAX = 10_000;

    /** Weight of one endpoint. */
    public static final int ENDPOINT_WEIGHT_MAX = 1_000;

    /** Clusters in one split. */
    public static final int SPLIT_ENTRIES_MAX = 100;

    /** Weight of one entry of a split. */
    public static final int SPLIT_WEIGHT_MAX = 1_000_000;

    /** Rules of one route. */
    public static final int RULES_MAX = 1_000;

    /** Listeners that one route names. */
    public static final int ROUTE_LISTENERS_MAX = 100;

    /** Hosts of one route. */
    public static final int HOSTS_MAX = 1_000;

    /** Entries of one rule's {@code matches}. */
    public static final int MATCHES_MAX = 100;

    /** Methods, header, cookie or query conditions (each) of one match. */
    public static final int CONDITIONS_MAX = 64;

    /** Bytes of a path or pattern in a match, redirect or rewrite. */
    public static final int PATTERN_BYTES_MAX = 4_096;

    /** Header fields that one rule sets, adds or removes (each). */
    public static final int HEADER_EDITS_MAX = 64;

    /** Bytes of a header field's value in an edit or reply. */
    public static final int HEADER_VALUE_BYTES_MAX = 8_192;

    /** Bytes of a direct reply's body. */
    public static final int REPLY_BODY_BYTES_MAX = 64 * 1024;

    /** Networks in one list. */
    public static final int NETWORKS_MAX = 1_000;

    /** Networks in one list of an L4 rule or of a listener's access. */
    public static final int ACCESS_NETWORKS_MAX = 10_000;

    /** Connections that one listener may keep in its tarpit. */
    public static final int TARPIT_MAX = 100_000;

    /** Clients of TCP Fast Open at once that a listener may allow. */
    public static final int FAST_OPEN_QUEUE_MAX = 65_535;

    /** Bytes of a socket's buffer that a listener or cluster may set at least. */
    public static final int SOCKET_BUFFER_BYTES_MIN = 4 * 1024;

    /** Bytes of a socket's buffer that a listener or cluster may set at most. */
    public static final int SOCKET_BUFFER_BYTES_MAX = 256 * 1024 * 1024;

    /** Local addresses that the connections of one cluster may come from. */
    public static final int SOURCE_ADDRESSES_MAX = 64;

    /** Bytes per second that a listener may limit to at least. */
    public static final long BANDWIDTH_MIN = 1_024;

    /** Bytes per second that a listener may limit to at most. */
    public static final long BANDWIDTH_MAX = 100L * 1024 * 1024 * 1024;

    /** Bytes that may pass at once under such a limit. */
    public static final long BURST_BYTES_MAX = 1024L * 1024 * 1024;

    /** Bytes that a cluster may hold back to put them together. */
    public static final int COALESCE_BYTES_MAX = 64 * 1024;

    /** The greatest mark of RFC 2474. */
    public static final int DSCP_MAX = 63;

    /** Seconds that Linux takes for the times of keep-alive. */
    public static final int KEEP_ALIVE_SECONDS_MAX = 32_767;

    /** Probes that Linux takes for keep-alive. */
    public static final int KEEP_ALIVE_COUNT_MAX = 127;

    /** Ports of one listener. */
    public static final int LISTENER_PORTS_MAX = 1_024;

    /** Ports and ranges in the match of one L4 rule. */
    public static final int MATCH_PORTS_MAX = 100;

    /** Attempts of one request in all. */
    public static final int RETRY_ATTEMPTS_MAX = 5;

    /** Successes or failures in a row that a health check may ask for. */
    public static final int HEALTH_THRESHOLD_MAX = 100;

    /** Connections open at once that a listener may allow. */
    public static final int CONNECTIONS_MAX = 10_000_000;

    /** Replies to one datagram that a UDP listener may wait for. */
    public static final int DATAGRAM_RESPONSES_MAX = 1_000;

    /** Bytes that a listener must allow for a request head. */
    public static final int HEAD_BYTES_MIN = 1_024;

    /** Bytes that a listener may allow for a request head. */
    public static final int HEAD_BYTES_MAX = 1024 * 1024;

    /** Header fields that a listener may allow in one request. */
    public static final int HEAD_FIELDS_MAX = 1_000;

    /** Bytes of the PEM text of a certificate chain or key. */
    public static final int PEM_BYTES_MAX = 256 * 1024;

    /** Certificates of one listener. */
    public static final int LISTENER_CERTIFICATES_MAX = 100;

    /** Protocols that one listener or cluster offers by ALPN. */
    public static final int ALPN_PROTOCOLS_MAX = 16;

    /** Bytes of the name of one of them (RFC 7301). */
    public static final int ALPN_NAME_BYTES_MAX = 255;

    /** Roots of one cluster. */
    public static final int CA_CERTIFICATES_MAX = 500;

    /** Certificates in one chain. */
    public static final int CHAIN_CERTIFICATES_MAX = 16;

    /** Hours of the longest duration of any field: 365 days. */
    public static final int DURATION_HOURS_MAX = 365 * 24;
}

package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.HeaderName;

/** A field of a configured reply; the value's bytes are not to be changed. */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written to
public record ReplyField(HeaderName name, byte[] value) {}

package io.sluice.dataplane.listener;

/**
 * How often sockets stopped accepting since the start, for want of something.
 *
 * @param paused sockets that do not accept now; a listener has one for each event loop
 * @param descriptors for want of file descriptors
 * @param memory for want of memory
 * @param other for something else
 */
public record AcceptPauses(int paused, long descriptors, long memory, long other) {}

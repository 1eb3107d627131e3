package io.sluice.dataplane.net;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which datagrams of a socket may leave in runs, which the kernel, the device or the way to a peer
 * may not allow; learned where that fails. Of its loop's thread.
 */
final class SegmentLimit {
    private static final Logger log = LoggerFactory.getLogger(SegmentLimit.class);

    private static final int EIO = -5;
    private static final int EINVAL = -22;
    private static final int EMSGSIZE = -90;
    private static final int ENOPROTOOPT = -92;
    private static final int EOPNOTSUPP = -95;

    /** Says it once, for the sockets that share it. */
    static final class Notice {
        private boolean given;

        private void give(int error, int bytesMax) {
            if (given) {
                return;
            }
            given = true;
            log.info(
                    "event=udp-segmentation-limited error={} segment-bytes-max={} problem=\"runs of"
                            + " larger datagrams leave one by one: kernel, device or path do not"
                            + " take them at once\"",
                    -error,
                    bytesMax);
        }
    }

    private final Notice notice;
    private int bytesMax;

    /**
     * @param supported whether there are runs at all
     */
    SegmentLimit(boolean supported, Notice notice) {
        this.notice = notice;
        this.bytesMax = supported ? SegmentRun.BYTES_MAX / 2 : 0;
    }

    /** Whether a run may be of datagrams of this size. */
    boolean allows(int segmentBytes) {
        return segmentBytes <= bytesMax;
    }

    /**
     * Sending a run failed.
     *
     * @param error the kernel's, negative
     * @return whether it was for being a run, so that its datagrams may pass one by one
     */
    boolean learn(int error, int segmentBytes) {
        switch (error) {
            // Each has to fit the path as it is: those that have to be fragmented cannot be in one.
            case EMSGSIZE, EINVAL -> bytesMax = Math.min(bytesMax, segmentBytes - 1);
            case EIO, ENOPROTOOPT, EOPNOTSUPP -> bytesMax = 0;
            default -> {
                return false;
            }
        }
        notice.give(error, bytesMax);
        return true;
    }
}

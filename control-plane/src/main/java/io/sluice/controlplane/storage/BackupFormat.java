package io.sluice.controlplane.storage;

/**
 * The backup file: UTF-8, one JSON object per line, independent of the database and its version.
 *
 * <pre>
 * {"sluiceBackup":1,"softwareVersion":"..","time":"..","epoch":N,"revision":N,"resources":N}
 * {"resource":{"kind":"..","name":"..","revision":N,"createTime":"..","updateTime":"..","config":BYTES}}
 * {"canary":{"split":"..","since":"..","author":"..","revision":N}}
 * {"drained":{"node":".."}}
 * {"revision":{"number":N,"time":"..","author":"..","authorVerified":B,"message":"..","created":N,"updated":N,
 *              "deleted":N,"changes":[{"kind":"..","name":"..","before":BYTES,"after":BYTES}]}}
 * {"end":{"lines":N,"sha256":"HEX"}}
 * </pre>
 *
 * <p>BYTES is the protobuf message ResourceConfig in base64, private keys included; left out where
 * there is nothing. Revisions ascend without gap and end at the header's. The last line counts the
 * lines before it and has the digest of their bytes. A reader refuses a format number that it does
 * not know.
 */
final class BackupFormat {
    static final int VERSION = 1;

    private BackupFormat() {}
}

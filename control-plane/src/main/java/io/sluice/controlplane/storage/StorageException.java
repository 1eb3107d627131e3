package io.sluice.controlplane.storage;

/** The store cannot do its work; the message is one sentence for the operator. */
public abstract sealed class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String sentence;

    StorageException(String message, Throwable cause) {
        super(message, cause);
        this.sentence = message;
    }

    StorageException(String message) {
        super(message);
        this.sentence = message;
    }

    /** The message. */
    public String sentence() {
        return sentence;
    }

    /**
     * The database did not take a write or answer a read, now; nothing was stored as far as we
     * know.
     */
    public static final class Unavailable extends StorageException {
        private static final long serialVersionUID = 1;

        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The store cannot be opened, or a backup not be restored, until the operator does something.
     */
    public static final class Unusable extends StorageException {
        private static final long serialVersionUID = 1;

        public Unusable(String message, Throwable cause) {
            super(message, cause);
        }

        public Unusable(String message) {
            super(message);
        }
    }
}

package io.sluice.dataplane.l7.stream;

/** In which form the bytes of a body pass from one side to the other. */
enum BodyForm {
    /** Content only; where it ends is told beside it, trailers too. */
    CONTENT,
    /** As HTTP/1.1 has it: in chunks, whose last one ends it, with the trailers behind that. */
    CHUNKS
}

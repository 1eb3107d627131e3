package io.sluice.cli.output;

/** What a piece of text means to its reader; a colour on a terminal, nothing elsewhere. */
public enum Tone {
    PLAIN(""),
    STRONG("1"),
    FAINT("2"),
    GOOD("32"),
    WARNING("33"),
    BAD("31"),
    NOTE("36");

    private final String sgr;

    Tone(String sgr) {
        this.sgr = sgr;
    }

    /** The text in this tone, or as it is when colours are off. */
    public String paint(String text, boolean colours) {
        return colours && !sgr.isEmpty() && !text.isEmpty()
                ? "\u001b[" + sgr + "m" + text + "\u001b[0m"
                : text;
    }
}

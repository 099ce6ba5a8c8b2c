package dev.mops.events.order;

import java.util.regex.Pattern;

/** A text for people that may come from anywhere. */
final class ForeignText {

    // A half of a surrogate pair has no bytes in UTF-8, and \0 no place in PostgreSQL.
    private static final Pattern NO_TEXT = Pattern.compile("[\\p{Cntrl}\\p{Cs}]");

    private ForeignText() {}

    /** Cut to so many characters, as a schema counts them; what no text is becomes a space, and no text a dash. */
    static String fitting(String text, int limit) {
        if (text.isEmpty()) {
            return "-";
        }
        String printable = NO_TEXT.matcher(text).replaceAll(" ");
        return printable.codePointCount(0, printable.length()) <= limit
                ? printable
                : printable.substring(0, printable.offsetByCodePoints(0, limit));
    }
}

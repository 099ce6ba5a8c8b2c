package dev.mops.events;

import java.util.Comparator;

/**
 * The version of an event type's schema. A minor version adds optional fields only; a reader of a major version takes
 * every minor of it.
 *
 * @param major 1 or more; changes when a reader of the version before could not read it
 * @param minor 0 or more
 */
public record EventVersion(int major, int minor) implements Comparable<EventVersion> {

    private static final Comparator<EventVersion> ORDER =
            Comparator.comparingInt(EventVersion::major).thenComparingInt(EventVersion::minor);

    public EventVersion {
        if (major < 1 || minor < 0) {
            throw new IllegalArgumentException("An event version is at least 1.0, not " + major + "." + minor);
        }
    }

    /**
     * Reads a version as it stands in a schema's name.
     *
     * @param text for example {@code 1.0}
     * @throws IllegalArgumentException if the text is not two numbers with a dot between them
     */
    public static EventVersion parse(String text) {
        int dot = text.indexOf('.');
        try {
            return new EventVersion(
                    Integer.parseInt(text, 0, Math.max(dot, 0), 10),
                    Integer.parseInt(text, dot + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("An event version is written major.minor, not '" + text + "'", e);
        }
    }

    @Override
    public int compareTo(EventVersion other) {
        return ORDER.compare(this, other);
    }

    /** As it stands in a schema's name: {@code 1.0}. */
    @Override
    public String toString() {
        return major + "." + minor;
    }
}

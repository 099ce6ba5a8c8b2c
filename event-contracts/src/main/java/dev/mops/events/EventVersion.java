package dev.mops.events;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of an event type's schema. A minor version adds optional fields only; a reader of a major version takes
 * every minor of it.
 *
 * @param major 1 or more; changes when a reader of the version before could not read it
 * @param minor 0 or more
 */
public record EventVersion(int major, int minor) implements Comparable<EventVersion> {

    // No sign, no leading zero: one version has one spelling.
    private static final Pattern WRITTEN = Pattern.compile("([1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})");

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
     * @throws IllegalArgumentException if the text is not such a pair of numbers
     */
    public static EventVersion of(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("An event version is written major.minor, not '" + text + "'");
        }
        return new EventVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** The version that changes nothing for a reader of this one. */
    EventVersion nextMinor() {
        return new EventVersion(major, minor + 1);
    }

    EventVersion nextMajor() {
        return new EventVersion(major + 1, 0);
    }

    boolean follows(EventVersion before) {
        return equals(before.nextMinor()) || equals(before.nextMajor());
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

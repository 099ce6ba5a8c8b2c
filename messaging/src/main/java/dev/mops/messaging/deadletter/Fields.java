package dev.mops.messaging.deadletter;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.databind.JsonNode;

/** The fields of an operator's request. What is not as it should be is refused, by field and rule. */
record Fields(JsonNode body) {

    Fields {
        if (!body.isObject()) {
            throw RefusedException.badRequest("The body", "must be a JSON object");
        }
    }

    /** Refuses a field that no one reads: a misspelt filter would act on everything. */
    Fields only(String... known) {
        Set<String> unknown = new TreeSet<>(body.propertyNames());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw RefusedException.badRequest(
                    unknown.iterator().next(), "is no field of this request; those are " + String.join(", ", known));
        }
        return this;
    }

    String required(String field, int longest) {
        String text = text(field, longest);
        if (text == null) {
            throw RefusedException.badRequest(field, "must not be missing or blank");
        }
        return text;
    }

    @Nullable String text(String field, int longest) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw RefusedException.badRequest(field, "must be a text");
        }
        if (node.asString().isBlank()) {
            // A filter that a script left empty would act on everything.
            throw RefusedException.badRequest(field, "must not be missing or blank");
        }
        return checked(field, node.asString(), longest);
    }

    boolean flag(String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return false;
        }
        if (!node.isBoolean()) {
            throw RefusedException.badRequest(field, "must be true or false");
        }
        return node.asBoolean();
    }

    @Nullable Long number(String field, long least, long most) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.asLong() < least || node.asLong() > most) {
            throw RefusedException.badRequest(field, "must be a whole number from " + least + " to " + most);
        }
        return node.asLong();
    }

    static @Nullable String checked(String field, @Nullable String text, int longest) {
        if (text == null || text.isBlank()) {
            return null;
        }
        if (text.length() > longest) {
            throw RefusedException.badRequest(field, "must have at most " + longest + " characters");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw RefusedException.badRequest(field, "must not hold control characters");
        }
        return text;
    }

    static @Nullable Duration duration(String field, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            Duration duration = DurationStyle.detectAndParse(text);
            if (!duration.isNegative() && duration.compareTo(Duration.ofDays(36_500)) < 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // the same answer as for a negative one
        }
        throw RefusedException.badRequest(field, "must be a duration such as 10m or PT10M");
    }

    static int number(String field, @Nullable String text, int otherwise, int least, int most) {
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // the same answer as for one out of bounds
        }
        throw RefusedException.badRequest(field, "must be a whole number from " + least + " to " + most);
    }
}

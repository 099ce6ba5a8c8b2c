package dev.mops.events;

import tools.jackson.databind.node.ObjectNode;

/**
 * What a new major version changes in the payload of an event type, both ways. Readers of the new major read records of
 * the one before by it, and writers that do not write the new one yet write the one before.
 *
 * <p>Both are pure: the same payload gives the same result, and what they are given may be changed. Neither ever has a
 * payload whose version it does not know; a payload that violates its schema may make them throw, which is then told as
 * that violation.
 */
public interface MajorChange {

    /**
     * From the major before to the new one.
     *
     * @param payload of the newest minor of the major before, or of an older one
     */
    ObjectNode upcast(ObjectNode payload);

    /**
     * From the new major back to the one before.
     *
     * @param payload of the new major
     */
    ObjectNode downcast(ObjectNode payload);
}

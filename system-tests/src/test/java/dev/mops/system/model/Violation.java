package dev.mops.system.model;

/** Something that must never happen. */
final class Violation extends RuntimeException {

    Violation(String what) {
        super(what);
    }
}

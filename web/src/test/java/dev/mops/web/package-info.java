/** The tests of what the HTTP doors share. */
@NullMarked
package dev.mops.web;

import org.jspecify.annotations.NullMarked;

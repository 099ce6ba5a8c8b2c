/** The whole platform from outside: processes, driven over HTTP. */
@NullMarked
package dev.mops.system;

import org.jspecify.annotations.NullMarked;

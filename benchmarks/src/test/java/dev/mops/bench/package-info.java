@NullMarked
package dev.mops.bench;

import org.jspecify.annotations.NullMarked;

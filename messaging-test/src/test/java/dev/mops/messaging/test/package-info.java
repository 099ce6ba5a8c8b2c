@NullMarked
package dev.mops.messaging.test;

import org.jspecify.annotations.NullMarked;

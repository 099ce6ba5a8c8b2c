/**
 * A service that does nothing but publish and handle: what the module messaging costs by itself. It uses the module as any
 * service would, by what its README says.
 */
@NullMarked
package dev.mops.bench.messaging;

import org.jspecify.annotations.NullMarked;

/**
 * PostgreSQL, Kafka and the services of mo-ps as processes on one machine, without Docker: for the demo, the tests and
 * the benchmark.
 *
 * <p>Tests start from {@link dev.mops.local.EmbeddedServers} (servers only) or {@link dev.mops.local.Platform} (the
 * services too); the {@code mops} program is {@link dev.mops.local.Mops}.
 */
@NullMarked
package dev.mops.local;

import org.jspecify.annotations.NullMarked;

package dev.mops.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the web module.
 *
 * @param maxBodySize the largest body of a request
 * @param maxBodiesSize what is held of all bodies at one time
 * @param bodyTimeout how long a body may take, from the last header to its end
 * @param idempotencyRetention how long the answer to a request with an idempotency key is repeated; then the key is free
 */
@ConfigurationProperties("mops.web")
record WebProperties(
        @DefaultValue("64KB") DataSize maxBodySize,
        @DefaultValue("8MB") DataSize maxBodiesSize,
        @DefaultValue("10s") Duration bodyTimeout,
        @DefaultValue("24h") Duration idempotencyRetention) {

    WebProperties {
        if (maxBodySize.toBytes() < 1 || maxBodySize.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("mops.web.max-body-size must be at least 1 B and less than 2 GB, not "
                    + maxBodySize + ": a body is held in memory");
        }
        if (maxBodiesSize.compareTo(maxBodySize) < 0) {
            throw new IllegalArgumentException("mops.web.max-bodies-size must be at least mops.web.max-body-size, "
                    + maxBodySize + ", not " + maxBodiesSize + ": one body must have room");
        }
        if (!bodyTimeout.isPositive()) {
            throw new IllegalArgumentException("mops.web.body-timeout must be positive, not " + bodyTimeout);
        }
        if (idempotencyRetention.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "mops.web.idempotency-retention must be at least 1 ms, not " + idempotencyRetention);
        }
    }
}

package dev.mops.billing;

import dev.mops.messaging.TryLater;

/** The payment gateway is away: it says neither yes nor no. Only the order that asked waits until it is back. */
final class GatewayUnavailableException extends TryLater {

    GatewayUnavailableException(String key) {
        super("The payment gateway is away: no answer to " + key);
    }
}

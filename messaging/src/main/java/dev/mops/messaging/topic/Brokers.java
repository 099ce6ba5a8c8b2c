package dev.mops.messaging.topic;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.utils.Utils;

/** The brokers' names in a client's settings. */
final class Brokers {

    private Brokers() {}

    /**
     * Whether one of the names leads to an address now. Kafka's clients can't even be made where none does, as with a
     * broker's container that is stopped; a broker that does not answer is no trouble to them.
     */
    static boolean areKnown(Map<String, Object> config) {
        Object servers = config.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        Collection<?> names = servers instanceof Collection<?> list
                ? list
                : List.of(String.valueOf(servers).split(","));
        return names.stream()
                .map(name -> Utils.getHost(String.valueOf(name).strip()))
                // What is no address at all is for the client to refuse.
                .anyMatch(host -> host == null || !new InetSocketAddress(host, 0).isUnresolved());
    }
}

package dev.mops.messaging.topic;

import java.util.List;
import java.util.stream.IntStream;

/** The names of a consumer group's retry topics and of its dead letter topic, for one topic that it reads. */
public final class RetryTopics {

    private RetryTopics() {}

    /** The retry topics, the one of the first delay first. */
    public static List<String> retries(String topic, String consumerGroup, int delays) {
        return IntStream.rangeClosed(1, delays)
                .mapToObj(n -> retry(topic, consumerGroup, n))
                .toList();
    }

    /** The retry topic of the n-th delay, from 1. */
    public static String retry(String topic, String consumerGroup, int n) {
        return topic + "-" + consumerGroup + "-retry-" + n;
    }

    /** The consumer group that reads the retry topics: one of its own, so that a rebalance of one does not stop the other. */
    public static String readerOf(String consumerGroup) {
        return consumerGroup + "-retry";
    }

    /** The dead letter topic. */
    public static String deadLetters(String topic, String consumerGroup) {
        return topic + "-" + consumerGroup + "-dlt";
    }
}

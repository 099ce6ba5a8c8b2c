package dev.mops.messaging.deadletter;

import static java.util.stream.Collectors.toMap;

import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.inbox.InboxAutoConfiguration;
import java.time.InstantSource;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.RestController;

/** Dead letters for operators. */
@ConditionalOnBean(Ledger.class)
@AutoConfiguration(after = InboxAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({WebEndpoint.class, RestController.class, ConditionalOnAvailableEndpoint.class})
public final class DeadLetterAutoConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint
    DeadLetterEndpoint messagingDeadLetterEndpoint(
            DeadLetters letters,
            DeadLetterActs acts,
            BulkActs bulks,
            MessagingProperties settings,
            InstantSource clock) {
        return new DeadLetterEndpoint(letters, acts, bulks, settings.deadLettersWritable(), clock);
    }

    @Bean
    DeadLetters messagingDeadLetters(
            JdbcTemplate jdbc, MessagingProperties settings, @Value("${spring.application.name}") String application) {
        return new DeadLetters(jdbc, settings.groupOf(application));
    }

    @Bean
    DeadLetterActs messagingDeadLetterActs(
            Ledger ledger,
            DeadLetters letters,
            ObjectProvider<EventHandlers<?>> tables,
            PlatformTransactionManager transactions,
            JdbcTemplate jdbc,
            MessagingProperties settings) {
        Map<String, Mending<?>> mendingByTopic = tables.orderedStream()
                .collect(toMap(table -> table.family().topic(), table -> mending(table, transactions)));
        return new DeadLetterActs(
                ledger, letters, mendingByTopic, new TransactionTemplate(transactions), jdbc, settings.maxReplays());
    }

    @Bean
    BulkActs messagingBulkActs(
            JdbcTemplate jdbc,
            PlatformTransactionManager transactions,
            DeadLetterActs acts,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application) {
        return new BulkActs(jdbc, new TransactionTemplate(transactions), acts, settings.groupOf(application));
    }

    private static <E> Mending<E> mending(EventHandlers<E> table, PlatformTransactionManager transactions) {
        return new Mending<>(table, transactions);
    }
}

package dev.mops.messaging;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.List;

/** ArchUnit's default stands: a rule that matches nothing fails. */
@AnalyzeClasses(packages = "dev.mops.messaging", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule messaging_knows_of_events_but_of_no_service_and_no_order = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("dev.mops.messaging..")
                    .or(resideInAPackage("dev.mops.events"))
                    .or(resideInAPackage("dev.mops..").negate()));

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("dev.mops.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule what_a_service_sees_knows_nothing_of_write_and_read_path = noClasses()
            .that()
            .resideInAPackage("dev.mops.messaging")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.mops.messaging.outbox..", "dev.mops.messaging.inbox..");

    @ArchTest
    static final ArchRule write_path_and_read_path_know_nothing_of_each_other = CompositeArchRule.of(noClasses()
                    .that()
                    .resideInAPackage("dev.mops.messaging.outbox..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.mops.messaging.inbox.."))
            .and(noClasses()
                    .that()
                    .resideInAPackage("dev.mops.messaging.inbox..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.mops.messaging.outbox.."));

    /** JPA would select each row before it inserts it. */
    @ArchTest
    static final ArchRule outbox_and_inbox_are_written_without_jpa = noClasses()
            .that()
            .haveNameNotMatching(".*OutboxAutoConfiguration.*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.persistence..", "org.hibernate..", "org.springframework.orm..");

    /** A service may do without them. */
    @ArchTest
    static final ArchRule flyway_and_hikari_are_known_to_what_is_there_with_them_alone = noClasses()
            .that()
            .haveNameNotMatching(".*(FlywayConfiguration|HikariConfiguration|TransactionTimeouts|MessagingMigrations)")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.flywaydb..", "org.springframework.boot.flyway..", "com.zaxxer..");

    @ArchTest
    static void what_is_public_is_so_on_purpose(JavaClasses all) {
        assertThat(all.stream()
                        .filter(type ->
                                type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getName)
                        .map(name -> name.substring("dev.mops.messaging.".length())))
                .containsExactlyInAnyOrderElementsOf(List.of(
                        "CurrentEvent",
                        "EventFamilies",
                        "EventHandlers",
                        "HeldKeys",
                        "HeldUp",
                        "MessagingAutoConfiguration",
                        "MessagingProperties",
                        "MessagingSchema",
                        "Outbox",
                        "OutboxAge",
                        "TryLater",
                        "catalog.CatalogAutoConfiguration",
                        "deadletter.DeadLetterAutoConfiguration",
                        "deadletter.HeldAutoConfiguration",
                        "failure.FailureAutoConfiguration",
                        "failure.FailureSwitches",
                        "held.EventId",
                        "held.Failure",
                        "held.Head",
                        "held.HeldRecord",
                        "held.Ledger",
                        "held.LedgerKey",
                        "held.MovedException",
                        "held.Wakeup",
                        "inbox.Deliveries",
                        "inbox.ForgottenEventException",
                        "inbox.InboxAutoConfiguration",
                        "observe.Poller",
                        "observe.Timers",
                        "outbox.OutboxAutoConfiguration",
                        "record.HeaderBytes",
                        "record.OutboxRecords",
                        "topic.PartitionCountException",
                        "topic.RetryTopics",
                        "topic.Topics",
                        "trace.EventLog",
                        "trace.EventTraces",
                        "trace.TraceAutoConfiguration"));
    }
}

package dev.mops.events;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.mops.events", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule contracts_know_no_spring = noClasses()
            .that()
            .resideInAPackage("dev.mops.events..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule contracts_know_kafka_json_and_ids_only = classes()
            .that()
            .resideInAPackage("dev.mops.events")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "dev.mops.events",
                    "org.apache.kafka..",
                    "tools.jackson..",
                    "com.fasterxml.jackson.annotation",
                    "com.fasterxml.uuid",
                    "com.networknt.schema..",
                    "org.jspecify.annotations");

    @ArchTest
    static final ArchRule only_tests_use_the_gate = noClasses()
            .that()
            .resideOutsideOfPackage("dev.mops.events.gate")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.mops.events.gate");
}

package dev.mops.events.order;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.mops.events.order", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule events_know_the_contracts_and_nothing_else = classes()
            .that()
            .resideInAPackage("dev.mops.events.order")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "dev.mops.events",
                    "dev.mops.events.order",
                    "tools.jackson.databind..",
                    "org.jspecify.annotations");
}

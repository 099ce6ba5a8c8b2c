package dev.mops.messaging.test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The one shape of all services, as rules. A service's test takes them with {@code ArchTests.in(ServiceRules.class)} over
 * its own package; a rule that matches nothing fails.
 */
public final class ServiceRules {

    private static final String ENTITY = "jakarta.persistence.Entity";
    private static final String CONTROLLER = "org.springframework.web.bind.annotation.RestController";

    /** What a service shows the world is its doors, not its classes. */
    @ArchTest
    public static final ArchRule only_the_application_is_public = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotAnnotatedWith("org.springframework.boot.autoconfigure.SpringBootApplication")
            .should()
            .notBePublic();

    /** The tables are not the interface. */
    @ArchTest
    public static final ArchRule an_entity_is_never_an_answer = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(CONTROLLER)
            .and()
            .areNotPrivate()
            .should()
            .notHaveRawReturnType(annotatedWith(ENTITY));

    /** Aggregates, states and ports can be read and tested alone. */
    @ArchTest
    public static final ArchRule decisions_and_ports_know_no_spring = noClasses()
            .that()
            .areAnnotatedWith(ENTITY)
            .or()
            .areEnums()
            .or()
            .areInterfaces()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    /** One place for the queries of an aggregate. */
    @ArchTest
    public static final ArchRule only_stores_know_the_entity_manager = noClasses()
            .that()
            .areNotAnnotatedWith("org.springframework.stereotype.Repository")
            .and()
            .areTopLevelClasses()
            .should()
            .dependOnClassesThat(assignableTo("jakarta.persistence.EntityManager"));

    /** A merge selects first, and a repository's save merges what has its id already. */
    @ArchTest
    public static final ArchRule nobody_merges =
            noClasses().should().callMethod("jakarta.persistence.EntityManager", "merge", "java.lang.Object");

    /** SQL of its own is for the simulated outside, which is no part of the service. */
    @ArchTest
    public static final ArchRule only_a_simulator_knows_its_books = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("Simulated")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.jdbc..");

    /** Doors are thin: nothing is behind them that another would need. */
    @ArchTest
    public static final ArchRule nobody_depends_on_a_door = noClasses()
            .should()
            .dependOnClassesThat(annotatedWith(CONTROLLER)
                    .or(annotatedWith("org.springframework.context.annotation.Configuration")));

    private ServiceRules() {}

    /** A service is small enough to be read as one list of files. */
    @ArchTest
    public static void the_service_is_one_flat_package(JavaClasses service) {
        Set<String> packages = service.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        if (packages.size() != 1) {
            throw new AssertionError("A service is one flat package, not " + packages);
        }
    }
}

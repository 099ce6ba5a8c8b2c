package dev.mops.inventory;

import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Repository;
import org.springframework.web.bind.annotation.RestController;

/** The same rules in every service. */
@AnalyzeClasses(packages = "dev.mops.inventory", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule only_the_application_is_public = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotAnnotatedWith(SpringBootApplication.class)
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule the_service_is_one_flat_package = classes().should().resideInAPackage("dev.mops.inventory");

    @ArchTest
    static final ArchRule an_entity_is_never_an_answer = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(RestController.class)
            .and()
            .areNotPrivate()
            .should()
            .notHaveRawReturnType(annotatedWith(Entity.class));

    @ArchTest
    static final ArchRule decisions_and_ports_know_no_spring = noClasses()
            .that()
            .areAnnotatedWith(Entity.class)
            .or()
            .areEnums()
            .or()
            .areInterfaces()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule only_stores_know_the_entity_manager = noClasses()
            .that()
            .areNotAnnotatedWith(Repository.class)
            .and()
            .areTopLevelClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(EntityManager.class);

    @ArchTest
    static final ArchRule only_a_simulator_knows_its_books = noClasses()
            .that()
            .haveSimpleNameNotStartingWith("Simulated")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.jdbc..");

    @ArchTest
    static final ArchRule nobody_depends_on_a_door = noClasses()
            .should()
            .dependOnClassesThat(annotatedWith(RestController.class).or(annotatedWith(Configuration.class)));
}

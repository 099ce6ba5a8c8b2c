package dev.mops.shipping;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.persistence.Entity;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Repository;
import org.springframework.web.bind.annotation.RestController;

@AnalyzeClasses(packages = "dev.mops.shipping", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ONLY_THE_APPLICATION_IS_PUBLIC = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotAnnotatedWith(SpringBootApplication.class)
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule ENTITIES_AND_REPOSITORIES_STAY_IN_THEIR_PACKAGE = classes()
            .that()
            .areAnnotatedWith(Entity.class)
            .or()
            .areAnnotatedWith(Repository.class)
            .should()
            .bePackagePrivate();

    @ArchTest
    static final ArchRule NO_ENTITY_IS_AN_ANSWER_OVER_HTTP = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(RestController.class)
            .should()
            .notHaveRawReturnType(DescribedPredicate.describe("an entity", type -> type.isAnnotatedWith(Entity.class)));

    @ArchTest
    static final ArchRule DECISIONS_KNOW_NO_SPRING = noClasses()
            .that()
            .areAssignableTo(Shipment.class)
            .or()
            .areAssignableTo(ShipmentStatus.class)
            .or()
            .areAssignableTo(Carrier.class)
            .and(DescribedPredicate.describe("are the port", JavaClass::isInterface))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule ONLY_THE_SIMULATOR_KNOWS_ITS_BOOKS = noClasses()
            .that()
            .areNotAssignableTo(SimulatedCarrier.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.jdbc..");
}

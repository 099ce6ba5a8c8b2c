package dev.mops.billing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.persistence.Entity;
import org.springframework.stereotype.Repository;
import org.springframework.web.bind.annotation.RestController;

@AnalyzeClasses(packages = "dev.mops.billing", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ONLY_THE_APPLICATION_IS_PUBLIC = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("BillingServiceApplication")
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
    static final ArchRule NO_ENTITY_IS_AN_ANSWER_OVER_HTTP = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(RestController.class)
            .should()
            .haveRawReturnType(Payment.class);

    @ArchTest
    static final ArchRule THE_DECISION_KNOWS_NO_SPRING = noClasses()
            .that()
            .haveSimpleName("Payment")
            .or()
            .haveSimpleName("PaymentStatus")
            .or()
            .haveSimpleName("PaymentGateway")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule THE_DOORS_ARE_THIN = methods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(RestController.class)
            .should()
            .notBePublic();
}

package dev.mops.billing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
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
    static final ArchRule only_the_application_is_public = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("BillingServiceApplication")
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule entities_and_repositories_stay_in_their_package = classes()
            .that()
            .areAnnotatedWith(Entity.class)
            .or()
            .areAnnotatedWith(Repository.class)
            .should()
            .bePackagePrivate();

    @ArchTest
    static final ArchRule no_entity_is_an_answer_over_http = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(RestController.class)
            .should()
            .haveRawReturnType(Payment.class);

    @ArchTest
    static final ArchRule the_decision_knows_no_spring = noClasses()
            .that()
            .haveSimpleName("Payment")
            .or()
            .haveSimpleName("PaymentStatus")
            .or()
            .haveSimpleName("PaymentGateway")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");
}

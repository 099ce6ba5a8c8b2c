package dev.mops.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** ArchUnit's default stands: a rule that matches nothing fails. */
@AnalyzeClasses(packages = "dev.mops.bench", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    /** Else it would measure something else than it is held beside. */
    @ArchTest
    static final ArchRule the_textbook_chain_has_nothing_of_mo_ps = classes()
            .that()
            .resideInAPackage("dev.mops.bench.textbook")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("dev.mops.bench.textbook")
                    .or(resideInAPackage("dev.mops..").negate()));

    @ArchTest
    static final ArchRule the_service_under_test_knows_messaging_by_what_a_service_sees_of_it = classes()
            .that()
            .resideInAPackage("dev.mops.bench.messaging")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("dev.mops.bench.messaging")
                    .or(resideInAPackage("dev.mops.messaging"))
                    .or(resideInAPackage("dev.mops.events"))
                    .or(type(Clock.class))
                    .or(resideInAPackage("dev.mops..").negate()));

    /** In its own process compiled code and heap would be another's, too. */
    @ArchTest
    static final ArchRule what_measures_runs_no_spring = noClasses()
            .that()
            .resideInAPackage("dev.mops.bench")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "dev.mops.messaging..");

    @ArchTest
    static void what_is_public_is_so_on_purpose(JavaClasses all) {
        assertThat(all.stream()
                        .filter(type ->
                                type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("Bench", "Clock", "MessagingMain", "Role", "TextbookApplication");
    }
}

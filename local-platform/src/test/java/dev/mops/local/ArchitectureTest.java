package dev.mops.local;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** ArchUnit's default stands: a rule that matches nothing fails. */
@AnalyzeClasses(packages = "dev.mops.local", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule the_platform_knows_services_as_processes_only_and_messaging_not_at_all = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.mops.local",
                    "java..",
                    "kafka..",
                    "org.apache.commons.compress..",
                    "org.apache.kafka.clients.admin",
                    "org.apache.kafka.clients.consumer",
                    "org.apache.kafka.common..",
                    "org.jspecify.annotations",
                    "org.tukaani.xz",
                    "javax.lang.model",
                    "picocli",
                    "tools.jackson..");

    @ArchTest
    static final ArchRule kafka_runs_in_its_own_process_only = classes()
            .that()
            .doNotHaveSimpleName("KafkaMain")
            .should()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackages("kafka..");

    @ArchTest
    static final ArchRule one_class_reads_topics_and_one_asks_how_far_a_group_is = classes()
            .that()
            .doNotHaveSimpleName("KafkaMain")
            .and()
            .doNotHaveSimpleName("OrderLog")
            .and()
            .doNotHaveSimpleName("GroupOffsets")
            .should()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackages("org.apache.kafka..");

    @ArchTest
    static final ArchRule the_build_runs_from_its_source_before_anything_is_built = classes()
            .that()
            .haveSimpleName("Build")
            .should()
            .onlyDependOnClassesThat(
                    resideInAPackage("java..").or(belongToAnyOf(Build.class, LocalPlatformException.class)));

    @ArchTest
    static void what_is_public_is_so_on_purpose(JavaClasses all) {
        assertThat(all.stream()
                        .filter(type ->
                                type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder(
                        "EmbeddedServers",
                        "FreePorts",
                        "KafkaServer",
                        "LocalPlatformException",
                        "Mops",
                        "Platform",
                        "Ports",
                        "PostgresServer",
                        "ServiceProcess");
    }
}

/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * Dependencies point one way, and only some packages know Spring Boot.
 */
@AnalyzeClasses(packages = "io.datafast", importOptions = ArchitectureTests.MainClasses.class)
class ArchitectureTests {

	private static final String API = "io.datafast";

	private static final String ANNOTATION = "io.datafast.annotation..";

	private static final String CLIENT = "io.datafast.client..";

	private static final String DELIVERY = "io.datafast.delivery..";

	private static final String INTERCEPTOR = "io.datafast.interceptor..";

	private static final String WEB = "io.datafast.web..";

	private static final String METRICS = "io.datafast.metrics..";

	private static final String ACTUATE = "io.datafast.actuate..";

	private static final String TRANSACTION = "io.datafast.transaction..";

	private static final String AUTOCONFIGURE = "io.datafast.autoconfigure..";

	/**
	 * Knows the status of both web stacks' results.
	 */
	private static final String RESULT_VALUES = "io\\.datafast\\.interceptor\\.result\\.ResultValues.*";

	@ArchTest
	static final ArchRule theApiKnowsOnlyTheDeliveryContracts = noClasses().that()
		.resideInAPackage(API)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ANNOTATION, CLIENT, INTERCEPTOR, WEB, METRICS, ACTUATE, TRANSACTION, AUTOCONFIGURE);

	@ArchTest
	static final ArchRule annotationsKnowNothing = noClasses().that()
		.resideInAPackage(ANNOTATION)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(CLIENT, DELIVERY, INTERCEPTOR, WEB, METRICS, ACTUATE, TRANSACTION, AUTOCONFIGURE);

	@ArchTest
	static final ArchRule theClientKnowsTheApi = noClasses().that()
		.resideInAPackage(CLIENT)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ANNOTATION, DELIVERY, INTERCEPTOR, WEB, METRICS, ACTUATE, TRANSACTION, AUTOCONFIGURE);

	@ArchTest
	static final ArchRule deliveryKnowsTheApi = noClasses().that()
		.resideInAPackage(DELIVERY)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ANNOTATION, CLIENT, INTERCEPTOR, WEB, METRICS, ACTUATE, TRANSACTION, AUTOCONFIGURE);

	@ArchTest
	static final ArchRule whatTheModesShareDoesNotKnowThem = noClasses().that()
		.resideInAPackage("io.datafast.delivery")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.datafast.delivery.memory..");

	@ArchTest
	static final ArchRule onlyAutoConfigurationKnowsTheQueueInMemory = noClasses().that()
		.resideOutsideOfPackages("io.datafast.delivery.memory..", AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.datafast.delivery.memory..");

	@ArchTest
	static final ArchRule theEdgesKnowApiAndDelivery = noClasses().that()
		.resideInAnyPackage(INTERCEPTOR, WEB, METRICS, ACTUATE, TRANSACTION)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(CLIENT, AUTOCONFIGURE);

	@ArchTest
	static final ArchRule theEdgesDoNotKnowEachOther = noClasses().that()
		.resideInAnyPackage(WEB, METRICS)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(INTERCEPTOR);

	@ArchTest
	static final ArchRule onlyAutoConfigurationKnowsTransactions = noClasses().that()
		.resideOutsideOfPackages(TRANSACTION, AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(TRANSACTION);

	@ArchTest
	static final ArchRule onlyAutoConfigurationAndActuatorKnowSpringBoot = noClasses().that()
		.resideOutsideOfPackages(AUTOCONFIGURE, ACTUATE)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL)
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration");

	@ArchTest
	static final ArchRule beanMethodsArePackagePrivate = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.bePackagePrivate();

	@ArchTest
	static final ArchRule servletApiStaysInItsPackage = noClasses().that()
		.resideOutsideOfPackages("io.datafast.web.servlet..", AUTOCONFIGURE)
		.and()
		.haveNameNotMatching(RESULT_VALUES)
		.should()
		.dependOnClassesThat(new DescribedPredicate<JavaClass>("belong to the Servlet API or Spring MVC") {

			@Override
			public boolean test(JavaClass type) {
				return type.getPackageName().startsWith("jakarta.servlet")
						|| type.getPackageName().startsWith("org.springframework.web.servlet");
			}

		});

	@ArchTest
	static final ArchRule micrometerStaysInItsPackage = noClasses().that()
		.resideOutsideOfPackages(METRICS, AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.micrometer..");

	@ArchTest
	static final ArchRule springTxStaysInItsPackages = noClasses().that()
		.resideOutsideOfPackages(TRANSACTION, AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.transaction..");

	@ArchTest
	static final ArchRule webFluxStaysInItsPackage = noClasses().that()
		.resideOutsideOfPackages("io.datafast.web.reactive..", AUTOCONFIGURE)
		.and()
		.haveNameNotMatching(RESULT_VALUES)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.web.reactive..", "org.springframework.web.server..",
				"org.springframework.web.filter.reactive..");

	@ArchTest
	static final ArchRule whatIsNotReactiveLoadsWithoutReactor = noClasses().that()
		.resideOutsideOfPackages("io.datafast.web.reactive..", AUTOCONFIGURE)
		.and()
		.haveNameNotMatching("io\\.datafast\\.(support\\.)?(Default)?Reactive[A-Za-z]+(\\$.*)?")
		.and()
		.haveNameNotMatching("io\\.datafast\\.transaction\\.Reactive[A-Za-z]+(\\$.*)?")
		.and()
		.haveNameNotMatching("io\\.datafast\\.interceptor\\.result\\.(Reactive|Kotlin)Results.*")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("reactor..", "org.reactivestreams..");

	@ArchTest
	static final ArchRule kotlinStaysWithTheResultsOfItsTypes = noClasses().that()
		.haveNameNotMatching("io\\.datafast\\.interceptor\\.result\\.KotlinResults.*")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("kotlin..", "kotlinx..");

	@ArchTest
	static final ArchRule databasesStayInTheirModule = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.datafast.jdbc..", "com.github.kagkarlsson..", "org.springframework.jdbc..",
				"org.springframework.dao..", "java.sql..", "javax.sql..");

	static class MainClasses implements ImportOption {

		@Override
		public boolean includes(Location location) {
			return location.contains("datafast-spring-boot-autoconfigure") && location.contains("/classes/");
		}

	}

}

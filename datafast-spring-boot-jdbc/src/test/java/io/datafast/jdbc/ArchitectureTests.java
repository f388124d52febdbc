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

package io.datafast.jdbc;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The module builds on the contracts of delivery alone.
 */
@AnalyzeClasses(packages = "io.datafast.jdbc", importOptions = ArchitectureTests.MainClasses.class)
class ArchitectureTests {

	private static final String AUTOCONFIGURE = "io.datafast.jdbc.autoconfigure..";

	@ArchTest
	static final ArchRule theModuleKnowsApiDeliveryAndSupport = noClasses().that()
		.resideOutsideOfPackage(AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.datafast.autoconfigure..", "io.datafast.actuate..", "io.datafast.annotation..",
				"io.datafast.client..", "io.datafast.delivery.memory..", "io.datafast.interceptor..",
				"io.datafast.metrics..", "io.datafast.transaction..", "io.datafast.web..");

	@ArchTest
	static final ArchRule onlyAutoConfigurationAndTheEndpointKnowSpringBoot = noClasses().that()
		.resideOutsideOfPackage(AUTOCONFIGURE)
		.and()
		.haveSimpleNameNotContaining("Endpoint")
		.and()
		.haveNameNotMatching(".*DataFastParkedEndpoint\\$.*")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule micrometerStaysInTheMetrics = noClasses().that()
		.resideOutsideOfPackage(AUTOCONFIGURE)
		.and()
		.haveSimpleNameNotEndingWith("Metrics")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.micrometer..");

	@ArchTest
	static final ArchRule beanMethodsArePackagePrivateAndNamedAfterTheLibrary = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.bePackagePrivate()
		.andShould()
		.haveNameStartingWith("dataFast");

	static class MainClasses implements ImportOption {

		@Override
		public boolean includes(Location location) {
			return location.contains("datafast-spring-boot-jdbc") && location.contains("/classes/");
		}

	}

}

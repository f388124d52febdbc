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

package io.datafast.web;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import javax.tools.ToolProvider;

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.testing.WebApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springdoc.core.configuration.SpringDocConfiguration;
import org.springdoc.core.properties.SpringDocConfigProperties;
import org.springdoc.webflux.core.configuration.SpringDocWebFluxConfiguration;
import org.springdoc.webmvc.core.configuration.SpringDocWebMvcConfiguration;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an OpenAPI description says of a handler method with {@link VisitorId @VisitorId}.
 */
class OpenApiTests {

	@ParameterizedTest
	@EnumSource
	void theVisitorDoesNotShow(Server server) throws Exception {
		try (WebApplication application = server.start(Shop.class)) {
			assertThat(application.get("/v3/api-docs").body()).contains("/buy", "/look", "\"plan\"")
				.doesNotContain("visitor", "\"other\"");
			assertThat(
					application.post("/buy?plan=pro&visitor=guessed", "", "Cookie", "datafast_visitor_id=known").body())
				.isEqualTo("known");
		}
	}

	/**
	 * Most applications have no annotations of Swagger on their class path.
	 */
	@Test
	void theAnnotationCompilesWithoutWarningWhereSwaggerIsMissing(@TempDir Path directory) throws Exception {
		Path source = Files.writeString(directory.resolve("Shop.java"),
				"class Shop { void buy(@io.datafast.annotation.VisitorId String visitor) { } }");
		String annotations = Path.of(VisitorId.class.getProtectionDomain().getCodeSource().getLocation().toURI())
			.toString();
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, output, output, "-Xlint:all", "-Werror", "-proc:none", "-classpath", annotations, "-d",
					directory.toString(), source.toString());
		assertThat(output.toString()).isEmpty();
		assertThat(result).isZero();
	}

	@RestController
	@ImportAutoConfiguration({ SpringDocConfiguration.class, SpringDocConfigProperties.class,
			SpringDocWebMvcConfiguration.class, SpringDocWebFluxConfiguration.class })
	static class Shop {

		@PostMapping("/buy")
		@TrackGoal("buy")
		String buy(@RequestParam("plan") String plan, @VisitorId String visitor) {
			return visitor;
		}

		@PostMapping("/look")
		String look(@RequestParam("plan") String plan, @VisitorId Optional<String> other) {
			return other.orElse("none");
		}

	}

}

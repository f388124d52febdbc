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

package io.datafast.benchmarks;

import java.util.Map;

import io.datafast.DataFastException;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;

import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * A web application with the same controller three times: without tracking, with
 * {@link TrackGoal @TrackGoal}, and calling the API inline.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ControllerApplication {

	/**
	 * Starts the application.
	 * @param arguments the base URL of the API
	 */
	public static void main(String[] arguments) {
		ChildJvm.endWithParent();
		ConfigurableApplicationContext context = new SpringApplicationBuilder(ControllerApplication.class,
				Controller.class)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false)
			.properties(Map.of("server.port", "0", "server.address", "127.0.0.1", "datafast.api-key", "df_benchmark",
					"datafast.base-url", arguments[0], "logging.level.io.datafast", "OFF"))
			.run();
		ChildJvm.tell("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * The controller.
	 */
	@RestController
	static class Controller {

		private final DataFastGoals goals;

		Controller(DataFastGoals goals) {
			this.goals = goals;
		}

		@GetMapping("/untracked")
		Map<String, String> untracked(@RequestParam String plan) {
			return Map.of("plan", plan);
		}

		@GetMapping("/tracked")
		@TrackGoal("checkout")
		Map<String, String> tracked(@RequestParam String plan) {
			return Map.of("plan", plan);
		}

		@GetMapping("/inline")
		Map<String, String> inline(@RequestParam String plan) {
			try {
				this.goals.create(Goal.of("checkout"));
			}
			catch (DataFastException ex) {
				// Not the visitor's business.
			}
			return Map.of("plan", plan);
		}

	}

}

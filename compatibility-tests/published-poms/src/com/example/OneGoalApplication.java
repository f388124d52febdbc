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

package com.example;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.test.MockDataFast;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Creates a goal, and ends with status 0 if it arrived.
 */
@SpringBootApplication
public class OneGoalApplication {

	public static void main(String[] args) {
		try (MockDataFast mockDataFast = MockDataFast.start();
				ConfigurableApplicationContext context = SpringApplication.run(OneGoalApplication.class,
						"--datafast.base-url=" + mockDataFast.getBaseUrl(),
						"--datafast.api-key=" + mockDataFast.getApiKey())) {
			context.getBean(DataFastGoals.class).create(Goal.of("started").forVisitor("visitor-1"));
			if (mockDataFast.getGoals().size() != 1) {
				throw new IllegalStateException("The goal did not arrive");
			}
			System.out.println("One goal arrived from Spring Boot " + SpringBootVersion.getVersion());
		}
	}

}

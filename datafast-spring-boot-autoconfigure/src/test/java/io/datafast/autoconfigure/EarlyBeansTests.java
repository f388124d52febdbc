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

package io.datafast.autoconfigure;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans of the application that are created before all others, or have likely names.
 */
@ExtendWith(OutputCaptureExtension.class)
class EarlyBeansTests {

	@ParameterizedTest
	@ValueSource(classes = { InjectingApplication.class, ProvidingApplication.class, ReactiveApplication.class })
	void aBeanPostProcessorMayNeedDataFastGoals(Class<?> application, CapturedOutput output) {
		try (MockDataFast mock = MockDataFast.start();
				ConfigurableApplicationContext context = new SpringApplicationBuilder(application)
					.web(WebApplicationType.NONE)
					.properties("datafast.base-url=" + mock.getBaseUrl(), "datafast.api-key=" + mock.getApiKey(),
							"spring.sql.init.mode=never", "spring.datasource.url=jdbc:h2:mem:early",
							"spring.flyway.enabled=false")
					.run()) {
			context.getBean(DataFastGoals.class).track(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
			context.getBean(RecordedOutcomes.class).awaitCount(1);
			assertThat(mock.getGoals("goal")).hasSize(1);
			Observation.createNotStarted("own.work", context.getBean(ObservationRegistry.class)).observe(() -> {
			});
			assertThat(context.getBean(MeterRegistry.class).find("own.work").timers()).hasSize(1);
			assertThat(output.getAll().lines().filter((line) -> line.contains("not eligible")))
				.noneMatch((line) -> line.contains("io.datafast"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "goals", "goalClient", "goalDispatcher", "goalDelivery", "goalOutcomePublisher",
			"deliveryContext", "deliveryShutdown" })
	void namesOfBeansAreTheApplications(String name) {
		try (MockDataFast mock = MockDataFast.start()) {
			DataFastContextRunners.with(mock)
				.withBean(name, StringBuilder.class, () -> new StringBuilder("mine"))
				.run((context) -> {
					assertThat(context.getBean(name)).hasToString("mine");
					context.getBean(DataFastGoals.class)
						.track(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
					context.getBean(RecordedOutcomes.class).awaitCount(1);
					assertThat(mock.getGoals("goal")).hasSize(1);
				});
		}
	}

	@Test
	void allNamesOfBeansBeginAlike() {
		DataFastContextRunners.plain().run((context) -> {
			for (String name : context.getBeanFactory().getBeanDefinitionNames()) {
				String source = String.valueOf(context.getBeanFactory().getBeanDefinition(name).getFactoryBeanName());
				if (source.equals(DataFastAutoConfiguration.class.getName())) {
					assertThat(name).startsWith("dataFast");
				}
			}
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RecordedOutcomes recordedOutcomes() {
			return new RecordedOutcomes();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InjectingApplication extends Application {

		@Bean
		static BeanPostProcessor own(DataFastGoals goals) {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					return bean;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReactiveApplication extends Application {

		@Bean
		static BeanPostProcessor own(ReactiveDataFastGoals goals) {
			return new BeanPostProcessor() {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProvidingApplication extends Application {

		@Bean
		static BeanPostProcessor own(ObjectProvider<DataFastGoals> goals) {
			return new BeanPostProcessor() {
			};
		}

	}

}

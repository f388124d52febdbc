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

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedRequest;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The key changes in the environment of a running application, as configuration servers,
 * vaults and refreshes change it.
 */
@ExtendWith(OutputCaptureExtension.class)
class RotatedKeyTests {

	private final MockDataFast mock = MockDataFast.start();

	private final Map<String, Object> secrets = new HashMap<>(Map.of("datafast.api-key", "df_first_secret"));

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.base-url=" + this.mock.getBaseUrl())
		.withInitializer((context) -> {
			context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("secrets", this.secrets));
			ConfigurationPropertySources.attach(context.getEnvironment());
		});

	@BeforeEach
	void acceptEveryKey() {
		this.mock.alwaysAnswer(MockAnswer.status(200));
	}

	@AfterEach
	void close() {
		this.mock.close();
	}

	@Test
	void theNextCallUsesTheKeyOfTheEnvironment(CapturedOutput output) {
		this.runner.run((context) -> {
			assertThat(keyOfCall(context)).isEqualTo("df_first_secret");
			this.secrets.put("datafast.api-key", " df_second_secret\n");
			assertThat(keyOfCall(context)).isEqualTo("df_second_secret");
			assertThat(keyOfCall(context)).isEqualTo("df_second_secret");
			assertThat(output).containsOnlyOnce("has changed: calls to DataFast use the new value");
		});
		assertThat(output).doesNotContain("secret", "WARN");
	}

	/**
	 * As a refresh of Spring Cloud does: other property sources, then the beans with
	 * properties are initialized again.
	 */
	@Test
	void aReplacedPropertySourceCountsWithAndWithoutRebinding(CapturedOutput output) {
		this.runner.run((context) -> {
			assertThat(keyOfCall(context)).isEqualTo("df_first_secret");
			context.getEnvironment()
				.getPropertySources()
				.replace("secrets", new MapPropertySource("secrets", Map.of("datafast.api-key", "df_second_secret")));
			assertThat(keyOfCall(context)).isEqualTo("df_second_secret");
			DataFastProperties properties = context.getBean(DataFastProperties.class);
			String name = context.getBeanNamesForType(DataFastProperties.class)[0];
			context.getAutowireCapableBeanFactory().destroyBean(properties);
			context.getAutowireCapableBeanFactory().initializeBean(properties, name);
			assertThat(keyOfCall(context)).isEqualTo("df_second_secret");
		});
		assertThat(output).doesNotContain("secret", "WARN");
	}

	@Test
	void otherFormsOfTheNameAndPlaceholdersCount() {
		this.secrets.put("datafast.api-key", "${the.key}");
		this.secrets.put("the.key", "df_first_secret");
		this.runner.run((context) -> {
			assertThat(keyOfCall(context)).isEqualTo("df_first_secret");
			this.secrets.put("the.key", "df_second_secret");
			assertThat(keyOfCall(context)).isEqualTo("df_second_secret");
			context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
						Map.of("DATAFAST_API_KEY", "df_third_secret")));
			assertThat(keyOfCall(context)).isEqualTo("df_third_secret");
		});
	}

	@Test
	void anAccountTokenTakesItsWebsiteAlong() {
		this.runner.run((context) -> {
			keyOfCall(context);
			assertThat(lastRequest().query()).isNull();
			this.secrets.putAll(Map.of("datafast.api-key", "dft_token", "datafast.website-id", "website-1"));
			assertThat(keyOfCall(context)).isEqualTo("dft_token");
			assertThat(lastRequest().query()).isEqualTo("websiteId=website-1");
		});
	}

	@Test
	void withoutAValidKeyTheLastValidOneCountsAndOneWarningSaysSo(CapturedOutput output) {
		this.runner.run((context) -> {
			keyOfCall(context);
			for (String invalid : new String[] { "df_second secret", "", "dft_secret_without_website" }) {
				this.secrets.put("datafast.api-key", invalid);
				assertThat(keyOfCall(context)).isEqualTo("df_first_secret");
			}
			this.secrets.remove("datafast.api-key");
			assertThat(keyOfCall(context)).isEqualTo("df_first_secret");
			assertThat(output).containsOnlyOnce("WARN")
				.contains("datafast.api-key has changed and is invalid: datafast.api-key must consist of visible ASCII"
						+ " characters, but has U+0020 at index 9. Calls to DataFast go on with the last valid key.");
			this.secrets.put("datafast.api-key", "df_third_secret");
			assertThat(keyOfCall(context)).isEqualTo("df_third_secret");
			this.secrets.remove("datafast.api-key");
			assertThat(keyOfCall(context)).isEqualTo("df_third_secret");
			assertThat(output).contains("datafast.api-key is no longer set. Calls");
		});
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).hasSize(2);
		assertThat(output).doesNotContain("secret");
	}

	@Test
	void anEnvironmentThatCannotBeReadLeavesTheLastValidKey(CapturedOutput output) {
		this.runner.run((context) -> {
			keyOfCall(context);
			context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("broken", Map.of()) {

				@Override
				public Object getProperty(String name) {
					throw new IllegalStateException("cannot decrypt df_second_secret");
				}

				@Override
				public String[] getPropertyNames() {
					return new String[] { "datafast.api-key" };
				}

			});
			assertThat(keyOfCall(context)).isEqualTo("df_first_secret");
		});
		assertThat(output).containsOnlyOnce("WARN")
			.contains("cannot be read from the environment")
			.doesNotContain("secret");
	}

	@Test
	void anAnswerThatQuotesTheNewKeyDoesNotTellIt() {
		this.runner.run((context) -> {
			keyOfCall(context);
			this.secrets.put("datafast.api-key", "df_second_secret");
			this.mock.alwaysAnswer(MockAnswer.status(200)
				.body("{\"data\":[{\"message\":\"df_second_secret is fine\",\"eventId\":\"1\"}]}"));
			GoalReceipt receipt = context.getBean(DataFastGoals.class).create(Goal.of("goal").forVisitor("visitor"));
			assertThat(receipt.message()).isEqualTo("*** is fine");
		});
	}

	private String keyOfCall(ConfigurableApplicationContext context) {
		context.getBean(DataFastGoals.class).create(Goal.of("goal").forVisitor("visitor"));
		return lastRequest().header("Authorization").substring("Bearer ".length());
	}

	private ReceivedRequest lastRequest() {
		List<ReceivedRequest> requests = this.mock.getRequests();
		return requests.get(requests.size() - 1);
	}

}
